@rem Scripts that run until they are told to stop begin with exec, so that npm's signals reach them and not a shell.
@rem Windows has no such command, nor such signals.
@%*
