"""`python -m service` is `tonfall`."""

from service.cli import main

main(prog_name="tonfall")
