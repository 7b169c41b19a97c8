// Two pipes in a chain: one process sends numbers, the next one squares them, the program prints the squares.
import { type Connection, Pipe, Process } from '../src/index.js';

async function sendNumbers(output: Connection<number>): Promise<void> {
  for (let number = 0; number < 10; number++) await output.send(number);
  output.close();
}

async function squareNumbers(input: Connection<number>, output: Connection<number>): Promise<void> {
  for await (const number of input) await output.send(number * number);
  output.close();
}

const [numbers, toNumbers] = Pipe<number>(false);
const [squares, toSquares] = Pipe<number>(false);
const first = new Process({ target: sendNumbers, args: [toNumbers] });
const second = new Process({ target: squareNumbers, args: [numbers, toSquares] });
await Promise.all([first.start(), second.start()]);

// The children hold their ends now. A pipe is at its end when the last holder of its other end is gone.
for (const end of [numbers, toNumbers, toSquares]) end.close();

for await (const square of squares) console.log(square);
console.log('End');
