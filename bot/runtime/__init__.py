"""The running assistant: runner, lanes, courier, pacing, timers, clock. Asynchronous, but no vendor."""
