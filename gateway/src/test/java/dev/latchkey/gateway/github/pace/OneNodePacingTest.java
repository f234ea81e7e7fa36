package dev.latchkey.gateway.github.pace;

class OneNodePacingTest extends PacingContract {

    @Override
    World world() {
        return new World(7).node();
    }
}
