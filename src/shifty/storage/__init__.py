"""Where bytes are kept: a local folder or an object store, behind one `BlobStore`; URLs that are signed for one use.

What `put` has answered is on disk. What ends before that, by an error or with its process, leaves nothing under its
key. A process that dies leaves a file in the folder's ``incoming/``, which `tidy` removes after a day, or in S3 the
parts of an unfinished upload, which the bucket's own lifecycle rule removes.
"""
