package dev.latchkey.gateway.store;

/** A cluster refuses any script or command that touches keys of two slots. */
class RedisClusterStoreTest extends RedisStoreContract {

    @Override
    TestRedis startRedis() {
        return TestRedis.clustered();
    }

    @Override
    RedisNode node(TestRedis redis) {
        return RedisNode.onCluster(redis);
    }
}
