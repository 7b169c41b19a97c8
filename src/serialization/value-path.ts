// Where in a value the encoder is, kept as raw segments and rendered only for a message: `args[0].db.socket`.

/** Deeper nesting is refused: encoder and decoder are recursive. */
export const DEPTH_LIMIT = 2500;

/** A step that is no property: the value of a Map's key, a variable that a function closes over. */
export interface NamedStep {
  readonly before: string;
  readonly name: unknown;
  readonly after: string;
}

/** Two steps that are taken as one: into a row, and to a value in it. */
export interface DoubleStep {
  readonly first: PathSegment;
  readonly second: PathSegment;
}

export type PathSegment = string | number | symbol | NamedStep | DoubleStep;

/** Where the elements of a list are, if it is no array of the program's, or a part of one. */
export interface Places {
  /** How many columns around the elements are columns of records. */
  readonly depth?: number;
  at(index: number): PathSegment;
}

/** The values under one key of the records that begin at `start`. */
export function inColumn(rows: Places | undefined, start: number, key: string): Places {
  return {
    depth: (rows?.depth ?? 0) + 1,
    at: (index) => ({ first: rows ? rows.at(start + index) : start + index, second: key }),
  };
}

export class ValuePath {
  #root = 'value';
  readonly #segments: PathSegment[] = [];
  depth = 0;

  start(root: string): void {
    this.#root = root;
    this.depth = 0;
  }

  push(segment: PathSegment): void {
    this.#segments[this.depth++] = segment;
  }

  toString(): string {
    let text = this.#root;
    const shown = Math.min(this.depth, 40);
    for (let i = 0; i < shown; i++) text += render(this.#segments[i]);
    return shown < this.depth ? `${text}…` : text;
  }

  /** Drops what the last message left behind. */
  clear(): void {
    if (this.#segments.length > 64) this.#segments.length = 64;
    this.depth = 0;
  }
}

function render(segment: PathSegment): string {
  switch (typeof segment) {
    case 'number':
      return `[${segment}]`;
    case 'string':
      return /^[\p{ID_Start}$_#][\p{ID_Continue}$]*$/u.test(segment) ? `.${segment}` : `[${short(segment)}]`;
    case 'symbol':
      return `[${String(segment)}]`;
    default:
      if ('first' in segment) return render(segment.first) + render(segment.second);
      return segment.after ? segment.before + short(segment.name) + segment.after : segment.before;
  }
}

function short(name: unknown): string {
  switch (typeof name) {
    case 'string':
      return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
    case 'object':
      return name === null ? 'null' : '{…}';
    case 'function':
      return 'function';
    default:
      return String(name);
  }
}

export function mapValue(key: unknown): NamedStep {
  return { before: '.get(', name: key, after: ')' };
}

export function mapKey(index: number): NamedStep {
  return { before: '.keys()[', name: index, after: ']' };
}

export function setMember(index: number): NamedStep {
  return { before: '.values()[', name: index, after: ']' };
}

/** In a path: what follows was reached through a variable of the function before it. */
export const CAPTURED = ' › ';

/** A variable that the function at this place closes over. */
export function capturedVariable(name: string): PathSegment {
  return { before: CAPTURED + name, name: undefined, after: '' };
}
