// The rules of the source that no linter knows: who may ask for the platform, and how long a file may be.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './run-command.mjs';

const longestFileLines = 350;
const platformFile = 'src/platform/os.ts';
const platformQuestion =
  /\bprocess\s*\.\s*platform\b|\bprocess\s*\[\s*['"]platform['"]\s*\]|\bos\.platform\(/;

/** @returns {string[]} one sentence per broken rule */
export function brokenSourceRules() {
  return sourceFiles().flatMap((file) => {
    const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
    const broken = lines.flatMap((line, index) =>
      platformQuestion.test(line) && file !== platformFile
        ? [
            `${file}:${index + 1} asks for process.platform. Only ${platformFile} may: import its answer from there.`,
          ]
        : [],
    );
    if (lines.length > longestFileLines) {
      broken.push(`${file} has ${lines.length} lines, more than ${longestFileLines}. Split it by concept.`);
    }
    return broken;
  });
}

function sourceFiles() {
  try {
    return readdirSync(path.join(root, 'src'), { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.posix.join('src', name));
  } catch {
    return [];
  }
}
