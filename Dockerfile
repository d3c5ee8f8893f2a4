# syntax=docker/dockerfile:1
#
# All images of px0: `npm run images`. One of them, from the repository's root:
#
#   docker build --target gateway .
#   docker build --target service --build-arg SERVICE=identity .      (tenancy, prompt-registry)
#   docker build --target render --build-arg SERVICE=render .
#
# `npm test` runs these steps in a folder that holds what .dockerignore lets through, and nothing else.
#
# An image of an owner of tables also applies its migrations: `docker run IMAGE src/migrate.ts`. Images run as user 1000 with a
# read-only root; only /tmp is written, and by a relay its volume. deploy/README.md says more.

# The release that package.json pins.
ARG NODE_VERSION=24.21.0
ARG SERVICE=gateway

FROM node:${NODE_VERSION}-trixie-slim AS node
WORKDIR /app

# What decides which packages are installed, and nothing else: the layers below stay cached until one of these files changes.
FROM node AS manifests
COPY package.json package-lock.json .npmrc ./
COPY packages packages
COPY services services
RUN find packages services -type f ! -name package.json -delete && find packages services -type d -empty -delete
COPY scripts/bootstrap.mjs scripts/bootstrap.mjs
COPY scripts/images scripts/images

# Everything, development tools too: builds the console and the documentation.
FROM manifests AS build
RUN --mount=type=cache,target=/root/.npm node scripts/bootstrap.mjs
COPY . .
RUN --mount=type=cache,target=/root/.npm npm run prepare:local && npm run build --workspace packages/console && npm run docs:build

# What one service needs at run time: its dependencies ...
FROM manifests AS production-manifests
ARG SERVICE
RUN node scripts/images/main.ts manifests "${SERVICE}" /production

FROM node AS dependencies
COPY --from=production-manifests /production ./
# `npm install` keeps to the lockfile; `npm ci` would refuse one that names no packages of other platforms.
RUN --mount=type=cache,target=/root/.npm npm install --no-save --ignore-scripts --no-audit --no-fund && rm package-lock.json

# ... and its sources with those of the packages that it reaches.
FROM build AS sources
ARG SERVICE
RUN node scripts/images/main.ts sources "${SERVICE}" /production

FROM node AS service
ARG SERVICE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="px0-${SERVICE}" \
      org.opencontainers.image.description="px0, open-source prompt infrastructure: the ${SERVICE} service" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="https://github.com/px0/px0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.vendor="px0"
# A service installs nothing: without a package manager there is less to patch, and less for an intruder.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
# The manifests and node_modules/.package-lock.json stay: scanners read the bill of materials from them.
COPY --from=dependencies /app ./
COPY --from=sources /production ./
COPY LICENSE ./
# The heap may have three quarters of the container's memory limit, whatever that is; the rest is for buffers, code and stacks.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-old-space-size-percentage=75 \
    NODE_COMPILE_CACHE=/tmp/node-compile-cache \
    HOST=0.0.0.0 \
    PORT=8000
WORKDIR /app/services/${SERVICE}
USER 1000:1000
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--import", "@px0/service-kit/telemetry"]
CMD ["src/main.ts"]

# The gateway, with the pages that it serves.
FROM service AS gateway
COPY --from=build /app/packages/console/dist /app/packages/console/dist
COPY --from=build /app/packages/docs/dist/site /app/packages/docs/dist/site
ENV CONSOLE_DIRECTORY=/app/packages/console/dist \
    DOCS_DIRECTORY=/app/packages/docs/dist/site

# The render process, and the relay: with PX0_UPSTREAM or RELAY_BUNDLE the same program follows another px0 (docs/operations/relay.md).
FROM service AS render
USER 0:0
# The place of a relay's volume. A new volume takes over what this folder is: anybody may write, as whatever user the site runs it.
RUN mkdir -p /var/lib/px0-relay && chmod 1777 /var/lib/px0-relay
USER 1000:1000
ENV RELAY_STATE_DIR=/var/lib/px0-relay
