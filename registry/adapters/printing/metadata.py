"""What the PDF says of itself in XMP beside what WeasyPrint writes: PDF/UA-1, the form, the record's hash.

WeasyPrint can only append a second rdf:RDF, which readers ignore, so the claims are put inside the first.
PDF/A allows properties outside its list only when an extension schema declares them.
"""

from collections.abc import Callable

import pydyf
import weasyprint

NAMESPACE = "urn:zhuze:print:1"

CLAIMS = """
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:zz="{namespace}">
<zz:form>{form}</zz:form><zz:recordSha256>{sha256}</zz:recordSha256></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{part}</rdf:Seq></pdfaSchema:property></rdf:li>
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Registry print</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI><pdfaSchema:prefix>zz</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{own}</rdf:Seq></pdfaSchema:property></rdf:li>
</rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""

PROPERTY = (
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
    "<pdfaProperty:valueType>{type}</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>{what}</pdfaProperty:description></rdf:li>"
)
PART = PROPERTY.format(name="part", type="Integer", what="Part of ISO 14289 this file conforms to")
OWN = PROPERTY.format(name="form", type="Text", what="Form this file was printed from") + PROPERTY.format(
    name="recordSha256", type="Text", what="SHA-256 of the attached record.json")

Finisher = Callable[[weasyprint.Document, pydyf.PDF], None]


def claims(form: str, sha256: str) -> Finisher:
    """Return the finisher that writes the claims into the metadata of a document about to be saved."""
    extra = CLAIMS.format(namespace=NAMESPACE, form=form, sha256=sha256, part=PART, own=OWN).encode()

    def finish(_document: weasyprint.Document, pdf: pydyf.PDF) -> None:
        metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
        before, _end, after = metadata.stream[0].rpartition(b"</rdf:RDF>")
        metadata.stream[0] = before + extra + after

    return finish
