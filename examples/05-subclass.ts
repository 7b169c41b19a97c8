// A process as a class: its run() is what happens over there.
import { Process } from '../src/index.js';

class Greeter extends Process {
  override run(): void {
    console.log(`${this.name} runs`);
  }
}

for (let i = 0; i < 5; i++) {
  const greeter = new Greeter();
  await greeter.start();
  await greeter.join();
}
