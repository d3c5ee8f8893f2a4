"""The generated client's classes that have to know more than the API's description says: settings that cannot work are refused
when they are given, connections are not shared with a parent process, and answers are judged by who has sent them.
"""

from __future__ import annotations

import contextlib
import functools
import re
import time
from typing import Any, Callable, Dict, Optional

import urllib3

from . import generated
from ._judge import judge_error, no_answer
from ._options import LONGEST_TIME, access_token_of, host_of
from ._patience import in_time
from ._process import Home, never_free
from ._text import without_token
from ._transport import LARGEST_BODY, Answer
from ._written import written_by
from .errors import Px0Error, UnreachableError, UsageError, add_hint
from .generated import rest


class Configuration(generated.Configuration):
    """Where px0 is, and as whom it is asked. Raises UsageError for a host or an access token that cannot work."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_base_path":
            value = host_of("host", value)
        elif name == "access_token" and value is not None:
            value = access_token_of("access token", value)
        super().__setattr__(name, value)


class ApiClient(generated.ApiClient):
    """Sends the requests of the `...Api` classes. After a fork it has connections of its own.

    What px0 refuses is raised as an ApiException; what something else answers in its place, as UnreachableError.
    """

    def __init__(self, configuration: Any = None, *more: Any, **options: Any) -> None:
        """Raises UsageError for a proxy or certificates, given or of the environment, that cannot be used."""
        failed = None
        try:
            super().__init__(Configuration.get_default() if configuration is None else configuration, *more, **options)
        except UsageError:
            raise
        except Exception as error:
            failed = type(error).__name__
        if failed is not None:
            # Neither the error's text nor itself as the cause: it may hold the proxy's password.
            raise UsageError(
                "the proxy or the certificates of the configuration or of the environment"
                f" (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY) cannot be used: {failed}"
            )
        _follow_nothing(self.rest_client)
        self._home = Home(self._begin_anew)

    def param_serialize(self, *arguments: Any, **options: Any) -> Any:
        """Raises UsageError for parameters that no request can hold."""
        try:
            return super().param_serialize(*arguments, **options)
        except Px0Error:
            raise
        except Exception as error:
            failed = type(error).__name__
        raise UsageError(f"the parameters cannot be sent: {failed}")

    def call_api(self, method: str, url: str, *arguments: Any, **options: Any) -> Any:
        """Raises UnreachableError when nothing answers, and UsageError for headers that cannot be sent.

        `_request_timeout` bounds the whole answer, head and body, also as a pair, whose sum counts.
        """
        self._home.check()
        host, limit = self.configuration.host, None
        given = options.get("_request_timeout")
        if given is not None:
            seconds = sum(given) if isinstance(given, tuple) else given
            limit = _Limit(host, min(seconds, LONGEST_TIME))
        send = functools.partial(super().call_api, method, url, *arguments, **options)
        try:
            response = _Response(host, send() if limit is None else limit.within(send), limit)
            if response.status < 300 and not _changes_nothing(method, url):
                self._note_write(response)
            return response
        except Px0Error as error:
            if not isinstance(error, generated.ApiException):
                raise
            # The generated code has made it of an SSLError.
            failure: Px0Error = _away(self.configuration.host, error)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            failure = _away(self.configuration.host, error)
        except Exception as error:
            failure = UsageError(f"the request cannot be sent: {type(error).__name__}")
        raise failure

    def response_deserialize(self, response_data: Any, response_types_map: Optional[Dict[str, Any]] = None) -> Any:
        """Raises ApiException for what px0 refuses, and UnreachableError for what is no answer to the operation."""
        host, token = self.configuration.host, self.configuration.access_token or ""
        status = response_data.status
        answer = Answer(status, {name.lower(): value for name, value in response_data.headers.items()}, response_data.data)
        if not 200 <= status <= 299:
            error = judge_error(host, token, answer)
            if isinstance(error, UnreachableError):
                raise error
            body = without_token(token, answer.body.decode(errors="replace"))
            data = generated.APIError(error=error.message)
            try:
                raise generated.ApiException.from_response(http_resp=response_data, body=body, data=data)
            except generated.ApiException as raised:
                raised.message = error.message
                add_hint(raised, error.hint)
                raise
        types = response_types_map or {}
        try:
            read = super().response_deserialize(response_data, types)
            is_it = str(status) in types and (read.data is None) == (types[str(status)] is None)
        except Exception:
            is_it = False
        if not is_it:
            # Not what has failed as the cause: its text would hold the answer.
            raise no_answer(host, answer, "which is not a response to this operation")
        return read

    def _note_write(self, response: _Response) -> None:
        configuration = self.configuration
        # Kept, so that a client that is made later knows it as well.
        self._written = written_by(configuration.host, configuration.access_token or "")
        self._written.see(response.headers.get("Px0-Revision"))

    def _begin_anew(self) -> None:
        never_free(self.rest_client)
        self.rest_client = rest.RESTClientObject(self.configuration)
        _follow_nothing(self.rest_client)


_RENDER = re.compile(r"/v1/(?:prompts/[^/?]+/(?:versions/[^/?]+/)?render|render/batch)(?:\?|$)")


def _changes_nothing(method: str, url: str) -> bool:
    """Of a read and a render the revision says nothing that the caller has written."""
    return method in ("GET", "HEAD", "OPTIONS") or _RENDER.search(url) is not None


class _Response(rest.RESTResponse):
    """An answer whose body is still to be read."""

    def __init__(self, host: str, response: Any, limit: Optional[_Limit]) -> None:
        super().__init__(response.response)
        self._host = host
        self._limit = limit

    def read(self) -> Any:
        """Raises UnreachableError when the answer does not arrive as a whole and in time, or has no end."""
        if self.data is not None:
            return self.data
        read = functools.partial(self.response.read, LARGEST_BODY + 1, decode_content=True)
        try:
            data = read() if self._limit is None else self._limit.within(read)
            if len(data) <= LARGEST_BODY:
                self.response.release_conn()
                self.data = data
                return data
            self.response.close()
            failure = UnreachableError(f"px0 at {self._host} answered with more than {LARGEST_BODY >> 20} MiB", status=self.status)
        except UnreachableError:
            # Ends the read that was left behind; releases of urllib3 before 2.3 cannot.
            with contextlib.suppress(Exception):
                self.response.shutdown()
            raise
        except (urllib3.exceptions.HTTPError, OSError) as error:
            failure = _away(self._host, error)
        raise failure


class _Limit:
    """The time of a request. urllib3 bounds each of its reads, so a server that sends a byte now and then would hold a call for ever."""

    def __init__(self, host: str, seconds: float) -> None:
        self._host = host
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def within(self, work: Callable[[], Any]) -> Any:
        """What `work` gives or raises. Raises UnreachableError when the time is over before; `work` may be left behind."""
        ended = in_time(max(0.0, self._end - time.monotonic()), work)
        if ended is None:
            raise UnreachableError(f"px0 at {self._host} has not answered within {self._seconds:.3g} s")
        return ended()


def _follow_nothing(rest_client: Any) -> None:
    """px0 redirects nothing: another that does must not get what was meant for px0."""
    pool = rest_client.pool_manager
    pool.urlopen = functools.partial(pool.urlopen, redirect=False)


def _away(host: str, error: Exception) -> UnreachableError:
    """Neither with the error's text nor with itself as the cause: it may hold the proxy's password."""
    reason: Any = error
    while isinstance(getattr(reason, "reason", None), Exception):
        reason = reason.reason
    said = getattr(reason.__cause__ or reason.__context__, "strerror", None)
    name = "SSLError" if isinstance(reason, generated.ApiException) else type(reason).__name__
    return UnreachableError(f"{host} cannot be reached: {name}{f' ({said})' if isinstance(said, str) else ''}")
