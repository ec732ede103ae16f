# The `fovea` command in an image that holds only what it needs to run.
#
#     docker build --tag fovea .
#     docker run --rm --volume "$PWD:/data" fovea train --data glyphs --model lenet5

FROM swift:6.3-bookworm AS build
WORKDIR /fovea
# First what changes rarely, so that the packages stay cached.
COPY script/bootstrap script/
RUN script/bootstrap
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build --configuration release --product fovea --static-swift-stdlib \
    && install -D "$(swift build --configuration release --static-swift-stdlib --show-bin-path)/fovea" /out/fovea

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libdnnl2 libgif7 libjpeg62-turbo liblcms2-2 \
        libpng16-16 libwebp7 libwebpdemux2 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home fovea
COPY --from=build /out/fovea /usr/local/bin/fovea
USER fovea
WORKDIR /data
ENTRYPOINT ["fovea"]
