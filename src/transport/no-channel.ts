/** The server has no channel to spare (`MaxSessions`). The command did not start. */
export class NoChannelError extends Error {}
