# One image for the API and the workers; docker-compose.yml says which one a container runs. TypeScript runs as it is (Node strips the types), so only the web page is built.

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Not `npm ci`: it refuses a lock file that lacks an optional package of another platform (see scripts/setup.mjs). --no-save keeps to the lock file all the same.
RUN npm install --omit=dev --no-save --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM node:24-slim AS web
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install --no-save --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY scripts/build-web.mjs scripts/web-size.mjs ./scripts/
COPY src/web ./src/web
RUN node scripts/build-web.mjs

FROM node:24-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8123
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json openapi.json ./
COPY src ./src
COPY --from=web /app/dist/web ./dist/web
# The image's own user without rights; it owns none of the files.
USER node
EXPOSE 8123
CMD ["node", "src/api/main.ts"]
