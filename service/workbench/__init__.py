"""The QA workbench: server-rendered pages, one module each."""
