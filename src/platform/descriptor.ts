// File descriptors that Node does not count as opened by its fs module, for those that a socket owns or that come from
// system calls.
//
// At the end of a worker thread Node closes every descriptor that fs.open has given to it and fs.close has not taken back.
// A descriptor that a socket has closed by then is among them, and its number may be somebody else's file already.

import { declare, errno, throwErrno } from './libc.js';

const open = declare<[string, number], number>('int open(const char *path, int flags)');
const close = declare<[number], number>('int close(int fd)');

/**
 * Opens an existing file. Whoever takes it closes it. Unless the flags have `os.closeOnExec`, programs that are started inherit it.
 * @throws {SystemCallError} If the system refuses.
 */
export function openDescriptor(path: string, flags: number): number {
  const fd = open(path, flags);
  if (fd < 0) throwErrno('open', errno(), `can not open ${path}`);
  return fd;
}

export function closeDescriptor(fd: number): void {
  close(fd);
}
