"""Answers whose parts are of other kinds than the service documents: the fault of who answered, and no defect of ours."""

from __future__ import annotations

import botocore.parsers
import botocore.session
import pytest

from providers.aws.faults import classify
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
