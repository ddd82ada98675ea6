"""The operations of QA in the OpenAPI document: samples, reviews, estimates, export."""

from collections.abc import Sequence

from pydantic import BaseModel

from service.api.estimates import EstimatesQuery, EstimatesResponse
from service.api.exports import RatingsQuery
from service.api.operations import NDJSON, parameter, parameters, reads, reference, writes
from service.api.reviews import ReviewsQuery, ReviewsResponse
from service.api.sample_bodies import (
    ForecastRequest,
    ForecastResponse,
    SampleRequest,
    SampleResponse,
    SamplesResponse,
)

REQUESTS: tuple[type[BaseModel], ...] = (SampleRequest, ForecastRequest)
RESPONSES: tuple[type[BaseModel], ...] = (
    SampleResponse,
    SamplesResponse,
    ForecastResponse,
    ReviewsResponse,
    EstimatesResponse,
)
_QUERY_PROBLEMS = ("invalid-request", "storage-unavailable")


def qa_paths(
    idempotency_key: dict[str, object], idempotent_problems: Sequence[str]
) -> dict[str, object]:
    """Their paths; the arguments are what all operations with an Idempotency-Key have alike."""
    return {
        "/v1/samples": {
            "get": reads(
                "samples",
                "List the samples that were drawn, with their progress",
                "samples",
                reference(SamplesResponse),
                "storage-unavailable",
            ),
            "post": writes(
                "add_sample",
                "Draw a sample for review",
                "samples",
                SampleRequest,
                SampleResponse,
                "already-drawn",
                *idempotent_problems,
                status=201,
                parameters=[idempotency_key],
            ),
        },
        "/v1/samples/forecast": {
            "post": writes(
                "forecast_sample",
                "Say what a sample would buy, and how many reviews the aim takes; draws nothing",
                "samples",
                ForecastRequest,
                ForecastResponse,
                "storage-unavailable",
            )
        },
        "/v1/samples/{id}": {
            "get": reads(
                "get_sample",
                "Read a sample and its progress",
                "samples",
                reference(SampleResponse),
                "not-found",
                "storage-unavailable",
                parameters=[parameter("id", "path", "Its id, as drawing it answered.")],
            )
        },
        "/v1/reviews": {
            "get": reads(
                "reviews",
                "List the reviews of a period, in numbers and codes",
                "reviews",
                reference(ReviewsResponse),
                *_QUERY_PROBLEMS,
                parameters=parameters(ReviewsQuery),
            )
        },
        "/v1/estimates": {
            "get": reads(
                "estimates",
                "Read what the reviews prove of agents, teams, channels or languages",
                "reviews",
                reference(EstimatesResponse),
                *_QUERY_PROBLEMS,
                parameters=parameters(EstimatesQuery),
            )
        },
        "/v1/export/ratings": {
            "get": reads(
                "export_ratings",
                "Take the reviewed replies kept for training, in the format of data/schema",
                "export",
                {"type": "string", "description": "One rated reply a line, JSON in UTF-8."},
                *_QUERY_PROBLEMS,
                media_type=NDJSON,
                parameters=parameters(RatingsQuery),
            )
        },
    }
