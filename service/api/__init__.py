"""One blueprint per resource; `payloads` turns JSON into dataclasses and back."""
