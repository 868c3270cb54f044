import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { buildApp } from './app.ts'
import { parseConfig } from './config.ts'

if (existsSync('.env')) loadEnvFile('.env')
const config = parseConfig(process.env)
const app = buildApp(config)
await app.listen({ port: config.port, host: config.host })
