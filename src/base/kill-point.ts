// Named points at which a test kills the process that passes them: the steps of a protocol where dying must do no harm.
//
//   CHAOS: killPoint('queue.put.written');      the label is dropped, call and all, when the package is built
//
// MANYHANDS_KILL_AT=name or name:n kills at the n-th time the point is passed.

const [wanted, nth] = (process.env['MANYHANDS_KILL_AT'] ?? '').split(':');
let passesLeft = Number(nth ?? 1);

/** The next pass of `name` kills this process, as MANYHANDS_KILL_AT does for a whole process. */
let armed = wanted;

export function armKillPoint(name: string, pass = 1): void {
  armed = name;
  passesLeft = pass;
}

export function killPoint(name: string): void {
  if (name !== armed || --passesLeft > 0) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;); // the signal is on its way: take no further step
}
