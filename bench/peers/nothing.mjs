// A forked process that does nothing.
