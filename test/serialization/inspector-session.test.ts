// What is known of the engine's scripts: those that are there, and of several from one URL the newest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Script } from 'node:vm';
import { inspectorSession } from '../../src/serialization/inspector-session.js';
import { collectUntil } from '../support/collect.js';

const session = inspectorSession();
const FOLDER = 'file:///made-by-a-test/';
const compile = (name: string, text: string): (() => unknown) =>
  new Script(text, { filename: `${FOLDER}${name}` }).runInThisContext() as () => unknown;
const idOf = (fn: () => unknown): string => session.read(fn).location?.scriptId ?? '';

test('inspectorSession().scriptIdOf() gives the newest of the scripts loaded from a URL', () => {
  const versions = ['() => 1', '() => 2', '() => 3'].map((text) => compile('versions.js', text));
  session.listScripts();
  assert.equal(session.scriptIdOf(`${FOLDER}versions.js`), idOf(versions[2]));
  assert.equal(session.scriptIdOf(`${FOLDER}none.js`), undefined);
});

test('inspectorSession().script() gives a text whatever scripts were listed and collected before', async () => {
  let passing: unknown[] = [];
  for (let i = 0; i < 20; i++) passing.push(compile(`passing-${i}.js`, `() => ${i}`));
  session.listScripts();
  assert.equal(session.urlsFrom(`${FOLDER}passing-`).length, 20);
  passing = [];
  await collectUntil(() => {
    session.listScripts();
    return session.urlsFrom(`${FOLDER}passing-`).length === 0;
  });
  const fn = compile('there.js', '() => "there"');
  assert.equal(session.script(idOf(fn)).source, '() => "there"');
});
