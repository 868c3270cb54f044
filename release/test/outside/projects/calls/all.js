export * from '@roomkey/client'
export * from '@roomkey/client/react'
