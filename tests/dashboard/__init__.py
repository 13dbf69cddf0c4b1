"""Tests of the pages, in Chromium and over HTTP."""
