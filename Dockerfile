# The page is built with everything installed; the image that runs holds only what the server needs.
# Sources run as TypeScript on Node 24: there is no compile step for the server.

FROM node:24-slim AS page
WORKDIR /app
COPY . .
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --filter '@roomkey/web...' \
 && cd web && npx vite build

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=5000 DATA_DIR=/data
WORKDIR /app
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml ./
COPY shared/package.json shared/
COPY transport/package.json transport/
COPY server/package.json server/
COPY emulator/package.json emulator/
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod --filter '@roomkey/server...' \
 && rm -rf /root/.npm /root/.cache /root/.local/share/pnpm
# npm run keys, audit and doctor work in here as in a checkout, but there is nothing to install before them.
ENV npm_config_ignore_scripts=true npm_config_update_notifier=false
COPY shared/src shared/src
COPY transport/src transport/src
COPY server/roomkey.mjs server/
COPY server/src server/src
COPY emulator/src emulator/src
COPY --from=page /app/web/dist web/dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 5000
# /readyz asks the database, for two seconds at most.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s \
  CMD node -e "fetch('http://127.0.0.1:'+(process.env.PORT||5000)+'/readyz').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"
CMD ["node", "server/roomkey.mjs"]
