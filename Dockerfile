# One binary on a small Debian. Build: docker build -t gaoxingban .

FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /src
COPY . .
# The caches survive between builds; the binary is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --package api \
    && install -D target/release/gaoxingban /out/gaoxingban

FROM debian:12.12-slim
# Certificates, to know WeChat's, the portal's and the bucket's servers by.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin gaoxingban \
    && install -d -o gaoxingban -g gaoxingban -m 0700 /data
COPY --from=build /out/gaoxingban /usr/local/bin/gaoxingban
USER 10001
ENV GXB_LISTEN=0.0.0.0:8080 GXB_DATA_DIR=/data GXB_LOG_FORMAT=json
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s CMD ["gaoxingban", "health"]
ENTRYPOINT ["gaoxingban"]
CMD ["serve"]
