#!/bin/sh
# Pin every package for `make run` (core, web page and text in photos) and `make test` (all that is tested).
# torch is pinned by hand: 2.13.0 is the release the tests are run with.
set -eu
compile="$1 --quiet --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe"
$compile --extra web --extra ocr --output-file requirements/run.txt pyproject.toml
echo 'torch==2.13.0' > requirements/torch.in
$compile --extra web --extra ocr --extra train --extra blip2 --extra dev --output-file requirements/test.txt pyproject.toml requirements/torch.in
rm requirements/torch.in
# an extra that names another extra of ours makes us a requirement of ourselves
sed -i -e 's/^torch==2.13.0+cpu$/torch==2.13.0/' -e '/^emotigram @ /d' requirements/run.txt requirements/test.txt
