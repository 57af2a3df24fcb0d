# syntax=docker/dockerfile:1
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package app && cp target/release/insula /insula

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/insula insula
COPY --from=build /insula /usr/local/bin/insula
USER 10001
WORKDIR /var/lib/insula
ENV INSULA_HTTP__ADDRESS=0.0.0.0:8080 INSULA_DATA__FOLDER=/var/lib/insula/data
VOLUME /var/lib/insula/data
EXPOSE 8080
ENTRYPOINT ["insula"]
CMD ["serve"]
