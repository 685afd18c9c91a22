/* Kafka's own Java client, as its EndToEndLatency tool uses it; see README.md here.
   Run by `java -cp kafka-clients.jar:slf4j-api.jar KafkaClientsPeer.java send|receive ...`. */

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.AppInfoParser;

public class KafkaClientsPeer {
    static final BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    static final List<byte[]> payloads = new ArrayList<>();
    static String address, topic, authority;

    public static void main(String[] arguments) throws Exception {
        String directory = null;
        for (int at = 1; at + 1 < arguments.length; at += 2) {
            switch (arguments[at]) {
                case "--payloads": directory = arguments[at + 1]; break;
                case "--address": address = arguments[at + 1]; break;
                case "--topic": topic = arguments[at + 1]; break;
                case "--ca": authority = arguments[at + 1]; break;
                default: failed("unknown option " + arguments[at]);
            }
        }
        try (var files = Files.list(Path.of(directory))) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) payloads.add(Files.readAllBytes(file));
        }
        try {
            if (arguments[0].equals("send")) send(); else receive();
        } catch (Exception error) {
            failed(error.toString());
        }
    }

    /** Settings of a connection, and of TLS where an authority is named. */
    static Map<String, Object> settings(Map<String, Object> own) {
        var all = new HashMap<String, Object>(own);
        all.put("bootstrap.servers", address);
        if (authority != null)
            all.putAll(Map.of("security.protocol", "SSL", "ssl.truststore.type", "PEM", "ssl.truststore.location", authority));
        return all;
    }

    static void receive() throws Exception {
        var partition = new TopicPartition(topic, 0);
        try (var consumer = new KafkaConsumer<byte[], byte[]>(settings(Map.of(
                "enable.auto.commit", "false",
                "max.partition.fetch.bytes", "20000000")),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            consumer.position(partition); // Asks the broker now, so that nothing sent from here on is missed.
            ready();
            var ending = new Thread(() -> {
                try { while (input.readLine() != null) { } } catch (Exception error) { /* ended all the same */ }
                System.exit(0);
            });
            ending.setDaemon(true);
            ending.start();
            for (int count = 0; true; ) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    long now = System.nanoTime();
                    byte[] data = record.value();
                    if (!Arrays.equals(data, payloads.get(count % payloads.size())))
                        failed("payload " + count + ": " + data.length + " bytes that are not those sent");
                    say("received " + count + " " + now);
                    count += 1;
                }
            }
        }
    }

    static void send() throws Exception {
        try (var producer = new KafkaProducer<byte[], byte[]>(settings(Map.of(
                "acks", "all", "linger.ms", "0",
                "max.request.size", "20000000", "buffer.memory", "200000000")),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            ready();
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                String[] words = line.split(" ");
                int first = Integer.parseInt(words[1]);
                if (words[0].equals("send")) {
                    send(producer, first, System.nanoTime());
                } else {
                    int count = Integer.parseInt(words[2]);
                    double fps = Double.parseDouble(words[3]);
                    long begin = System.nanoTime();
                    for (int at = 0; at < count; at++) {
                        long due = begin + (long) (at * 1e9 / fps);
                        for (long left; (left = due - System.nanoTime()) > 0; ) LockSupport.parkNanos(left);
                        send(producer, first + at, due);
                    }
                }
            }
        }
    }

    static void send(KafkaProducer<byte[], byte[]> producer, int number, long start) {
        var record = new ProducerRecord<byte[], byte[]>(topic, 0, null, payloads.get(number % payloads.size()));
        producer.send(record, (metadata, error) -> {
            long done = System.nanoTime();
            if (error != null) failed("not sent: " + error);
            say("sent " + number + " " + start + " " + done);
        });
    }

    static void ready() {
        say("ready - kafka-clients " + AppInfoParser.getVersion() + " Java " + System.getProperty("java.version"));
    }

    static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    static void failed(String why) {
        System.err.println(why);
        Runtime.getRuntime().halt(1);
    }
}
