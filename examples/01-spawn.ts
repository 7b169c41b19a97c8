// Five processes, one after another, each running the same function with an argument of its own.
import { Process } from '../src/index.js';

function greet(number: number): void {
  console.log(`hello from process number ${number}`);
}

for (let number = 0; number < 5; number++) {
  const child = new Process({ target: greet, args: [number] });
  await child.start();
  await child.join();
}
