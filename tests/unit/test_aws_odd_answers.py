"""Answers whose parts are of other kinds than the service documents: the fault of who answered, and no defect of ours."""

from __future__ import annotations

import botocore.parsers
import botocore.session
import pytest
from botocore.exceptions import ClientError

from providers.aws.faults import Fault, classify
from scanner.model.known import Reason


@pytest.mark.parametrize("body", [b'{"TableNames": 7}', b'{"TableNames": true}'])
def test_a_number_where_a_list_belongs_is_not_understood(body: bytes) -> None:
    model = botocore.session.get_session().get_service_model("dynamodb").operation_model("ListTables")
    assert model.output_shape is not None
    parser = botocore.parsers.create_parser("json")
    with pytest.raises(TypeError) as raised:
        parser.parse({"status_code": 200, "headers": {}, "body": body}, model.output_shape)
    fault = classify(raised.value)
    assert fault.reason is Reason.UNPARSABLE
    assert "shape" in fault.detail


def test_an_error_of_our_own_stays_a_defect() -> None:
    with pytest.raises(TypeError) as raised:
        len(7)  # type: ignore[arg-type]
    assert classify(raised.value).reason is Reason.DEFECT


def refused(protocol: str, status: int, body: str) -> Fault:
    answer = botocore.parsers.create_parser(protocol).parse({"status_code": status, "headers": {"content-type": "text/xml"}, "body": body.encode(), "context": {}}, None)
    return classify(ClientError(answer, "ListThings"))


@pytest.mark.parametrize("protocol", ["json", "rest-json"])
@pytest.mark.parametrize("status", [400, 403])
def test_a_refusal_in_xml_is_one_of_a_service_that_speaks_json_too(protocol: str, status: int) -> None:
    xml = '<?xml version="1.0"?>\n<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code>\n<Message>not authorized to perform this</Message></Error></ErrorResponse>'
    fault = refused(protocol, status, xml.format("AccessDenied"))
    assert (fault.reason, fault.code, fault.detail) == (Reason.DENIED, "AccessDenied", "not authorized to perform this")
    assert refused(protocol, status, xml.format("Throttling")).reason is Reason.THROTTLED
    assert refused(protocol, status, xml.format("ExpiredToken")).code == "ExpiredToken"


@pytest.mark.parametrize("body", ["<Error><Code>ResourceNotFoundException</Code></Error>", "<html><body>400 Bad Request</body></html>", '{"Code": "<Code>AccessDenied</Code>"}'])
def test_that_nothing_is_there_is_only_believed_in_the_services_own_words(body: str) -> None:
    assert refused("json", 400, body).reason is Reason.UNAVAILABLE
