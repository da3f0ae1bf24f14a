"""Private keys: in files, and in tokens that never let them out.

A URI says where a key lives (`file:`, `pkcs11:`); `open_signer` opens it behind `ports.Signer`.
"""

from watchkeeper.adapters.keys.files import (
    FileSigner,
    create_key,
    create_person_key,
    load_key,
    load_person_key,
    private_pem,
)
from watchkeeper.adapters.keys.opening import open_signer
from watchkeeper.adapters.keys.uri import TokenAccess

__all__ = [
    "FileSigner",
    "TokenAccess",
    "create_key",
    "create_person_key",
    "load_key",
    "load_person_key",
    "open_signer",
    "private_pem",
]
