// The library's logger.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getLogger, type LogLevel, logToStderr } from '../../src/index.js';
import { Program } from './program.js';

describe('getLogger', () => {
  it('is one object, silent until logToStderr() is called', () => {
    assert.equal(getLogger(), getLogger());
    assert.equal(getLogger().level, 30);
    assert.equal(getLogger().isEnabledFor('critical'), false);
  });

  it('takes names and numbers as levels, and refuses others', () => {
    for (const [name, number] of [
      ['subdebug', 5],
      ['debug', 10],
      ['info', 20],
      ['subwarning', 25],
      ['error', 40],
    ] as const) {
      getLogger().level = name;
      assert.equal(getLogger().level, number);
    }
    getLogger().level = 30;
    assert.throws(() => logToStderr('loud' as LogLevel), RangeError);
    assert.throws(() => logToStderr(-1), RangeError);
    assert.throws(() => logToStderr({} as LogLevel), TypeError);
    assert.throws(() => getLogger().isEnabledFor(null as never), TypeError);
    assert.equal(getLogger().isEnabledFor('critical'), false);
  });
});

describe('logToStderr', () => {
  it('prints level and name of the process; children print as their parent does', async () => {
    const { stderr, stdout, code } = await new Program('logging.ts').ended;
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '');
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/pid \d+/, 'pid N'));
    assert.deepEqual(lines.toSorted(), [
      '[INFO/MainProcess] process Process-1 (pid N) has ended: exit code 0',
      '[INFO/MainProcess] process Process-1 has been started: pid N',
      '[INFO/MainProcess] text and 5',
      '[INFO/Process-1] the child begins with run()',
      '[WARNING/Process-1] from the child',
    ]);
  });
});
