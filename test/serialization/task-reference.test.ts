import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { captureModule } from '../../src/serialization/entry-url.js';
import { functionLoader } from '../../src/serialization/function-loader.js';
import { functionReader } from '../../src/serialization/function-reader.js';
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

describe('captureModule', () => {
  test('captureModule() makes functions of a module travel by capture', async () => {
    const url = new URL('../fixtures/shipping/live.mjs', import.meta.url).href;
    const { setLive } = (await import(url)) as { setLive: (value: number) => void };
    assert.equal(functionReader.describe(setLive, 'target').how, 'reference');
    captureModule(url);
    assert.equal(functionReader.describe(setLive, 'target').how, 'capture');
  });
});
