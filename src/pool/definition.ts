// The functions a pool has been given: each is packed once, has a number, and goes to each worker once.
//
// A function that closes over something is looked at again once per turn of the event loop, and after a result: what it closes
// over may have changed. If so, it gets a new number.

import { functionReader } from '../serialization/function-reader.js';
import type { AnyFunction } from '../serialization/function-recipe.js';
import { Cost } from './chunking.js';
import { PackedValue } from './packed-value.js';

export class Definition {
  readonly id: number;
  readonly name: string;
  readonly packed: PackedValue;
  /** What running it costs. */
  readonly cost: Cost;

  constructor(id: number, name: string, packed: PackedValue, cost: Cost) {
    this.id = id;
    this.name = name;
    this.packed = packed;
    this.cost = cost;
  }
}

interface Known {
  definition: Definition;
  /** Whether what it closes over may change. */
  readonly capturing: boolean;
  /** Turn of the event loop in which it was last looked at. */
  lookedAt: number;
}

export class Definitions {
  #known = new WeakMap<AnyFunction, Known>();
  readonly #onForgotten: (id: number) => void;
  readonly #attached = new Set<PackedValue>();
  readonly #collected: FinalizationRegistry<Known>;
  #nextId = 1;
  #turn = 0;
  #turnEnds = false;

  /** @param onForgotten Called with the number of a function that nobody can submit any more. */
  constructor(onForgotten: (id: number) => void) {
    this.#onForgotten = onForgotten;
    this.#collected = new FinalizationRegistry(({ definition }) => this.#drop(definition));
  }

  /**
   * The definition of a function, as it is now.
   * @throws {NotShippableError} If it can't travel; the message names the variable and the remedy.
   */
  of(fn: AnyFunction): Definition {
    const known = this.#known.get(fn);
    if (known && (!known.capturing || known.lookedAt === this.#thisTurn())) return known.definition; // FAST PATH
    const packed = PackedValue.of(fn, 'fn');
    if (!known) return this.#add(fn, packed);
    known.lookedAt = this.#thisTurn();
    if (packed.attachments.length > 0 || equal(packed.bytes, known.definition.packed.bytes)) {
      packed.release();
      return known.definition;
    }
    this.#drop(known.definition);
    known.definition = this.#define(fn.name, packed, known.definition.cost);
    return known.definition;
  }

  /** Somebody has been given a result, and may change what functions close over before this turn ends. */
  lookAgain(): void {
    this.#turn++;
  }

  /** Gives back what functions hold in shared memory. */
  release(): void {
    for (const packed of this.#attached) packed.release();
    this.#attached.clear();
    this.#known = new WeakMap();
  }

  #add(fn: AnyFunction, packed: PackedValue): Definition {
    const known = {
      definition: this.#define(fn.name, packed, new Cost()),
      capturing: isCapturing(fn),
      lookedAt: this.#thisTurn(),
    };
    this.#known.set(fn, known);
    this.#collected.register(fn, known);
    return known.definition;
  }

  #define(name: string, packed: PackedValue, cost: Cost): Definition {
    if (packed.attachments.length > 0) this.#attached.add(packed);
    return new Definition(this.#nextId++, name || '(anonymous)', packed, cost);
  }

  #drop({ id, packed }: Definition): void {
    if (packed.attachments.length === 0) this.#onForgotten(id);
  }

  #thisTurn(): number {
    if (!this.#turnEnds) {
      this.#turnEnds = true;
      setImmediate(() => {
        this.#turnEnds = false;
        this.#turn++;
      }).unref();
    }
    return this.#turn;
  }
}

/** Whether it closes over anything that travels with it. */
function isCapturing(fn: AnyFunction): boolean {
  try {
    const recipe = functionReader.describe(fn, 'fn');
    return recipe.how === 'capture' && recipe.captured.length > 0;
  } finally {
    functionReader.end?.();
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
