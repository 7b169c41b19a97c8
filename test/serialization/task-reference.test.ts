import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readRequest } from '../../src/serialization/captured-code.js';
import { captureModule } from '../../src/serialization/entry-url.js';
import { functionLoader } from '../../src/serialization/function-loader.js';
import { functionReader } from '../../src/serialization/function-reader.js';
import type { FunctionRecipe } from '../../src/serialization/function-recipe.js';
import { task } from '../../src/serialization/task-reference.js';

const library = new URL('../fixtures/shipping/lib.mjs', import.meta.url).href;

describe('task', () => {
  test('task() stands for an export, travels by reference, and can be called here', async () => {
    const area = task<(x: number) => number>(library, 'libFn');
    const recipe = functionReader.describe(area, 'target');
    assert.deepEqual(recipe, { how: 'reference', url: library, path: ['libFn'] });
    await functionLoader.prepare([library]);
    assert.equal(functionLoader.referenced(library, ['libFn'])(2), 6);
    assert.equal(await area(2), 6);
  });

  test('task() reaches into a class', async () => {
    const unit = task<() => string>(library, 'Shape.unit');
    assert.equal(await unit(), 'u');
  });

  test('task() refuses what is no file: URL and no name', () => {
    assert.throws(() => task('./lib.mjs', 'x'), TypeError);
    assert.throws(() => task(library, ''), TypeError);
  });
});

/** The URLs of the modules that captured code imports. */
function modulesOf(recipe: FunctionRecipe): string[] {
  assert.ok(recipe.how === 'capture');
  return recipe.code.modules.map((module) => {
    const { specifier, base } = readRequest(module);
    return new URL(specifier, base || undefined).href;
  });
}

describe('captureModule', () => {
  test('captureModule() makes functions of a module travel by capture, also where others import them', async () => {
    const url = new URL('../fixtures/shipping/live.mjs', import.meta.url).href;
    const { setLive } = (await import(url)) as { setLive: (value: number) => void };
    const user = new URL('../fixtures/shipping/uses-live.mjs', import.meta.url).href;
    const uses = ((await import(user)) as { hand: () => () => void }).hand();
    assert.equal(functionReader.describe(setLive, 'target').how, 'reference');
    for (let i = 0; i < 2; i++) assert.deepEqual(modulesOf(functionReader.describe(uses, 'target')), [url]);
    captureModule(url);
    assert.equal(functionReader.describe(setLive, 'target').how, 'capture');
    assert.deepEqual(modulesOf(functionReader.describe(uses, 'target')), []);
  });
});
