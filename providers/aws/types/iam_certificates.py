"""Server certificates that were uploaded to IAM: nothing renews them."""

from providers.aws.pem import from_pem
from scanner.sdk import Certificate, Get, List, Scope, TypeDecl, derive, fact, never_others

SERVER_CERTIFICATE = TypeDecl(
    "AWS::IAM::ServerCertificate",
    live=List("iam", "list_server_certificates", each="ServerCertificateMetadataList", id="Arn", name="ServerCertificateName", scope=Scope.GLOBAL),
    details=(Get("get_server_certificate", put="held", params={"ServerCertificateName": "ServerCertificateName"}, take="ServerCertificate"),),
    facts=(fact(Certificate, derive(from_pem, live="held.CertificateBody", cfn="CertificateBody")),),
    never=never_others(Certificate, why="a certificate in IAM, in every region of the partition: it holds no data, and nothing renews it by itself"),
)
