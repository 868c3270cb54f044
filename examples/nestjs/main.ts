import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createNodeHandler, createRoomkey, parseConfig } from '@roomkey/server'

@Controller()
class ProductController {
  @Get()
  hello(): string {
    return 'Our product'
  }
}

@Module({ controllers: [ProductController] })
// Nest's modules are classes, with nothing in them but what stands above.
// oxlint-disable-next-line typescript/no-extraneous-class
class ProductModule {}

const roomkey = createRoomkey(parseConfig(process.env), { log: console })
const app = await NestFactory.create(ProductModule, { logger: ['error', 'warn'] })
// Before Nest's body parsers, which are added when it listens.
app.use('/video', createNodeHandler(roomkey))
roomkey.serveSignaling(app.getHttpServer())
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1')
console.log(await app.getUrl())
