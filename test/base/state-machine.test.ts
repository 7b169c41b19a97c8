/** StateMachine: moves by its table only. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { InternalError } from '../../src/base/errors.js';
import { StateMachine } from '../../src/base/state-machine.js';

it('StateMachine moves as its table allows and throws at any other move', () => {
  const machine = new StateMachine<'shut' | 'open'>('a door', { shut: ['open'], open: [] }, 'shut');
  assert.equal(machine.state, 'shut');
  machine.to('open');
  assert.equal(machine.is('open'), true);
  assert.equal(machine.is('shut'), false);
  assert.throws(() => machine.to('shut'), InternalError);
  assert.throws(() => machine.to('open'), /a door went from open to open/);
  assert.equal(machine.state, 'open');
});
