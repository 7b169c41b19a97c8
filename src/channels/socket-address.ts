// Where a listener can be reached: the path of a Unix socket, or host and port.

/** The path of a Unix socket, or host and port of a TCP one. */
export type SocketAddress = string | { readonly host: string; readonly port: number };

/** What `net.connect` and `server.listen` take. @throws {TypeError | RangeError} If it is no address. */
export function endpointOf(address: SocketAddress): { path: string } | { host: string; port: number } {
  if (typeof address === 'string') {
    if (address === '' || address.includes('\0'))
      throw new RangeError('address must be the path of a socket');
    return { path: address };
  }
  if (typeof address !== 'object' || address === null)
    throw new TypeError(`address must be a path or { host, port }, got ${String(address)}`);
  const { host = '127.0.0.1', port } = address;
  if (typeof host !== 'string' || host === '')
    throw new TypeError(`host must be a name or an address, got ${String(host)}`);
  if (typeof port !== 'number') throw new TypeError(`port must be a number, got ${String(port)}`);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new RangeError(`port must be a whole number from 0 to 65535, got ${port}`);
  return { host, port };
}

export function describeAddress(address: SocketAddress): string {
  return typeof address === 'string' ? address : `${address.host}:${address.port}`;
}
