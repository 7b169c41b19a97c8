// Prints what one value takes to write or read, ours or v8's: both are measured in turn, whichever is asked for.
//
//   codec-row.ts small-object write|read ours|theirs

import { reading, seeEveryKind, writing } from '../support/codec-contest.js';
import { demanded } from '../support/codec-values.js';

const [row, direction, side] = process.argv.slice(2);
const value = demanded[row];
if (value === undefined) throw new RangeError(`no value is called ${row}`);
seeEveryKind();
const measured = direction === 'read' ? reading(value) : writing(value);
console.log(JSON.stringify({ value: side === 'theirs' ? measured.theirs : measured.ours }));
