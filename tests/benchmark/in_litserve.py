"""The shipped scorer in LitServe, with Tonfall's own requests and answers: only the server differs.

`python -m tests.benchmark.in_litserve PORT`
"""

import sys

import litserve

from model import Assessment, Reply, load_scorer
from service.api.payloads import ScoreRequest, score_body
from tests.benchmark.load import PATH


class ScoreApi(litserve.LitAPI):
    """What LitServe's documentation asks for: set up, decode, predict, encode."""

    def setup(self, device: str) -> None:  # noqa: ARG002 - LitServe passes it
        self.scorer = load_scorer()

    def decode_request(self, request: dict[str, object]) -> Reply:
        return ScoreRequest.model_validate(request).to_reply()

    def predict(self, reply: Reply) -> tuple[Reply, Assessment]:
        return reply, self.scorer.score([reply])[0]

    def encode_response(self, output: tuple[Reply, Assessment]) -> dict[str, object]:
        reply, assessment = output
        return score_body(assessment, self.scorer.version, reply.text)


if __name__ == "__main__":
    server = litserve.LitServer(ScoreApi(api_path=PATH), accelerator="cpu")
    server.run(
        host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", generate_client_file=False
    )
