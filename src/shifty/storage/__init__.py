"""Where bytes are kept: a local folder or an object store, behind one `BlobStore`; URLs that are signed for one use."""
