// Gives unregistered symbols an identity across processes: an id made where the symbol was first sent.
//
// A captured class and an instance of it may travel in different messages; the symbol that keys its fields must be one.

/** Unique among the processes that may ever exchange values; nobody is meant to be unable to guess it. */
const origin = `${process.pid.toString(36)}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-`;
const byId = new Map<string, symbol>();
const ids = new Map<symbol, string>();

export function idOfSymbol(symbol: symbol): string {
  let id = ids.get(symbol);
  if (id === undefined) {
    id = `${origin}${ids.size}`;
    remember(id, symbol);
  }
  return id;
}

export function symbolOfId(id: string, description: string | undefined): symbol {
  const known = byId.get(id);
  if (known) return known;
  const symbol = Symbol(description);
  remember(id, symbol);
  return symbol;
}

function remember(id: string, symbol: symbol): void {
  byId.set(id, symbol);
  ids.set(symbol, id);
}
