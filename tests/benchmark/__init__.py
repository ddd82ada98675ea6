"""Time, memory and throughput on this machine, beside the last stored result; asserts nothing."""
