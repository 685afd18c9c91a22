import CRDKafka

extension KafkaClient {
  /// Returns the number of consumers in the group now; `nil` when the broker does not answer.
  func members(of group: String, milliseconds: Int32) -> Int? {
    var list: UnsafePointer<rd_kafka_group_list>?
    let code = KafkaCode(rd_kafka_list_groups(handle, group, &list, milliseconds))
    guard let list else { return nil }
    defer { rd_kafka_group_list_destroy(list) }
    guard code == .none else { return nil }
    let count = list.pointee.group_cnt > 0 ? Int(list.pointee.groups[0].member_cnt) : 0
    guard count == 0, LibraryAbility.groupsOfBrokers.isThere() else { return count }
    return membersByBrokers(of: group, milliseconds: milliseconds) ?? count
  }

  /// Returns the same for a group of the new protocol, whose members the request above does not return.
  private func membersByBrokers(of group: String, milliseconds: Int32) -> Int? {
    let answer = try? request(
      .askingForMembers(group: group), RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, milliseconds: milliseconds
    ) { options, queue in
      group.withCString { name in
        var names: [UnsafePointer<CChar>?] = [name]
        rd_kafka_DescribeConsumerGroups(handle, &names, 1, options, queue)
      }
    }
    guard let answer else { return nil }
    var count = 0
    let groups = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(answer.event), &count)
    guard count > 0, let described = groups?[0],
      rd_kafka_ConsumerGroupDescription_error(described) == nil
    else { return nil }
    return rd_kafka_ConsumerGroupDescription_member_count(described)
  }
}
