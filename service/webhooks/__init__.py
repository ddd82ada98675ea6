"""Webhooks by the Standard Webhooks scheme: what is told, signed, to whom, and how it is sent."""
