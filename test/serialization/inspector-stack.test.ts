/** The text of a running script without the debugger: it is the engine's own, or none is given. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import path from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { type RunningScript, runningScript } from '../../src/serialization/inspector-stack.js';
import { scratchFolder } from '../support/scratch.js';

type Call = (f: () => unknown) => unknown;

const TEXT = '// a comment, “with signs”\n(f) => f()\n';
const folder = scratchFolder();

const session = new Session();
session.connect();

function post(method: string, params: object | undefined): object {
  let answer: object = {};
  session.post(method, params, (error: Error | null, given?: object) => {
    if (error) throw error;
    answer = given ?? {};
  });
  return answer;
}

/** Compiles a text under a file's name, and gives a function in it that calls what it is given. */
function compile(name: string, text: string): { file: string; call: Call } {
  const file = path.join(folder, name);
  return { file, call: new Script(text, { filename: file }).runInThisContext() as Call };
}

function idOfScript(fn: Call): string {
  const place = globalThis as { subject?: Call };
  place.subject = fn;
  const { result } = post('Runtime.evaluate', { expression: 'subject' }) as { result: { objectId: string } };
  delete place.subject;
  const { internalProperties } = post('Runtime.getProperties', {
    objectId: result.objectId,
    ownProperties: true,
  }) as { internalProperties: { name: string; value: { value: { scriptId: string } } }[] };
  const location = internalProperties.find(({ name }) => name === '[[FunctionLocation]]');
  return (location as NonNullable<typeof location>).value.value.scriptId;
}

function readIn(call: Call, of: Call = call): RunningScript | undefined {
  const id = idOfScript(of);
  return call(() => runningScript(post, id)) as RunningScript | undefined;
}

describe('runningScript()', () => {
  it('gives URL and text of a script on the stack whose file has that very text', () => {
    const { file, call } = compile('same.cjs', TEXT);
    writeFileSync(file, TEXT);
    assert.deepEqual(readIn(call), { url: pathToFileURL(file).href, source: TEXT });
  });

  it('gives nothing if the file has another text by now, be it of the same length', () => {
    const { file, call } = compile('changed.cjs', TEXT);
    writeFileSync(file, TEXT.replace('comment', 'Comment'));
    assert.equal(readIn(call), undefined);
  });

  it('gives nothing if there is no such file', () => {
    assert.equal(readIn(compile('gone.cjs', TEXT).call), undefined);
  });

  it('gives nothing of a script that has no frame on the stack', () => {
    const { file, call } = compile('idle.cjs', TEXT);
    writeFileSync(file, TEXT);
    assert.equal(
      readIn((f) => f(), call),
      undefined,
    );
  });

  it('gives nothing if two scripts on the stack have the same name', () => {
    const { file, call } = compile('twice.cjs', TEXT);
    const other = compile('twice.cjs', `${TEXT} `).call;
    writeFileSync(file, TEXT);
    assert.equal(
      readIn((f) => other(() => call(f)), call),
      undefined,
    );
  });

  it('gives nothing of a script that says where its source is', () => {
    const text = `${TEXT}//# sourceMappingURL=mapped.cjs.map\n`;
    const { file, call } = compile('mapped.cjs', text);
    writeFileSync(file, text);
    assert.equal(readIn(call), undefined);
  });

  it('leaves Error as it was', () => {
    const before = Object.getOwnPropertyDescriptors(Error);
    const { file, call } = compile('error.cjs', TEXT);
    writeFileSync(file, TEXT);
    assert.ok(readIn(call));
    assert.deepEqual(Object.getOwnPropertyDescriptors(Error), before);
  });
});
