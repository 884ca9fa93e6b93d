"""Requests about somebody's own data, as the site itself records and answers them."""

from django.utils import timezone

from supporters.models import DataRequest, Supporter


def record_request(
    *,
    kind: DataRequest.Kind,
    supporter: Supporter | None,
    source: DataRequest.Source = DataRequest.Source.SITE,
) -> DataRequest:
    """Keep a request that came today; its month begins."""
    return DataRequest.objects.create(kind=kind, supporter=supporter, source=source)


def finish_request(request: DataRequest) -> bool:
    """Note that a request was answered today; return False if it had been. The first day stays."""
    waiting = DataRequest.objects.waiting().filter(pk=request.pk)
    return bool(waiting.update(done_on=timezone.localdate()))


def close_requests_of(supporter: Supporter) -> None:
    """Close what a person who is being erased had asked for, and forget what staff noted."""
    requests = DataRequest.objects.filter(supporter=supporter)
    requests.filter(done_on=None).update(done_on=timezone.localdate())
    requests.update(note="", supporter=None)
