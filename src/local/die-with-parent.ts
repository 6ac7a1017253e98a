/**
 * Preloaded (`node --import`) into every process that local mode or a test starts: the IPC channel closes when the parent is gone, however it went, and
 * then this process ends at once. At once, because a parent that starts again soon must not meet an old store still writing; nothing acknowledged is lost,
 * for that is what kill -9 may do at any time. By a signal, because `process.exit` runs
 * what others registered for it, and that may wait for a reader of stdout who died with the parent (sonic-boom 4.2, `flushSync`).
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// The listener alone would keep the process alive for as long as its parent.
process.channel?.unref();
