"""What an operator sees of a running server: a line of log for each request, traces, metrics. Never what users said."""
